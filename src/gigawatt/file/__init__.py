"""Reading the programme file: from text to a whole programme, with every fault in its place."""
