"""From Amplify: reads an Amplify Gen1 project and writes the config of a stack.

``python -m hosting.migrate PATH``. The files go one way through it:

    files (``project``) -> intrinsics resolved (``template``) -> findings (``bucket``, ``distribution``, ``publishing``)
    -> what the program takes (``settle``) -> Pulumi.<stack>.yaml (``stackfile``) and the import file (``keeping``)

Plain Python: no engine, no cloud. It only reads the Amplify project, and asks AWS nothing.
"""
