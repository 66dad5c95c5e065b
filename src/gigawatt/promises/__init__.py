"""What promises are made of: bands of price, floors and lots, deliveries and their delay, options to go on."""
