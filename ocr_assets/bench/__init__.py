"""How fast this machine reads: the platform beside hand-written loops of the same engines, on the same documents."""
