"""What the product takes, beside the floor: the least that any program would take."""
