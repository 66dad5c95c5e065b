"""The things of a programme, Use, and what passes between the parts."""
