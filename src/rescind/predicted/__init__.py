"""Predicted against measured: the drill is run on the routes of a map, and what was seen is held against it.

`draft` writes a drill's file from a map, for somebody to complete. `reaching` says which routes a drill can
ask and how their answers are told apart, `running` measures them, `judging` says where the map is
contradicted. A route that cannot be asked has no figures at all, and the reason.
"""
