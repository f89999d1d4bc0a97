"""The style pictures: a module each, with `draw(rng)`, which returns the finished picture."""
