"""Tables and pictures: what a person reads of a plan, in the terminal and in a browser."""
