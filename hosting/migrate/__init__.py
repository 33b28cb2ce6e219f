"""The command `python -m hosting.migrate PATH`: reads a project of another host and writes the config of a stack.

The data flows one way:

    the kind of project (``kinds``) -> its importer -> Findings -> valid settings (``accepted_settings``)
    -> Pulumi.<stack>.yaml, rule files, secrets (``writer``) -> report (``report``)

Each host is a package of its own, such as ``amplify_cli``. Its importer is a function that a row of the table in
``kinds`` names:

    def read(request: Request, home: Path) -> Imported

``request`` has the options of the command, ``home`` is the program's folder. The importer only reads files and returns
an ``Imported``: a headline, ``Findings``, and the next steps if they are not those of every host. Findings have

- ``add_setting(key, value, source)``: a setting, checked later; an invalid one becomes a gap;
- ``add_variable(name, value, source, read_by)`` and ``add_secret(key, value, source, read_by)``: variables of the build
  and passwords; their values are never printed, and only variables that bundlers inline are written in plain text;
- ``add_file(key, name, text, source)``: a rule file in the program's folder, and the setting that names it;
- ``add_gap(part, reason)``: a part without a counterpart; ``add_unknown_keys`` adds one for each unhandled key;
- ``guesses``: sentences about values that no file of the host has; ``notes``: any other sentence;
- ``commands``: further commands for the report, by the title above them.

Everything is plain Python without engine or cloud, except that the CLI encrypts secrets (``secrets``).
"""
