"""The parts of `engine.replan`: travel as a table, the days as arrays, the search over them."""
