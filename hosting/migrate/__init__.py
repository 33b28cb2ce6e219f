"""The command `python -m hosting.migrate PATH`: reads an Amplify Gen1 project and writes the config of a stack.

The data flows one way:

    files (``project``) -> resolved intrinsics (``template``) -> findings (``bucket``, ``distribution``, ``publishing``)
    -> valid settings (``accepted_settings``) -> Pulumi.<stack>.yaml (``stackfile``), import files (``import_plan``)

It is plain Python without engine or cloud. It only reads the Amplify project, and makes no calls to AWS.
"""
