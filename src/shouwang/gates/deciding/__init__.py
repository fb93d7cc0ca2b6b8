"""The steps of a gate's decision, each a pure function from the scene to findings. `gates.rules` puts them in order.

The same files, under the same names, stand in `gate-app/src/decision/`; `specs/passage/` holds both to the same cases.
"""
