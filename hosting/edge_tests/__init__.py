"""The tests in `edge.test.yaml`: requests, and the answers that must come. Pure.

The data flows one way:

    the file -> tests (``edge_test_file``, ``edge_test``) -> answers by the edge plan (``planned_answers``) -> outcomes
    (``outcomes``) -> a refusal, or a line for the user (``check``)

`python -m hosting.verify` sends the same requests to the real edge. What can't be tested is skipped, with the reason.
"""
