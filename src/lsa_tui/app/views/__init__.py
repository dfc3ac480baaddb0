"""What the screen shows: views draw a Picture and answer actions; the application keeps a stack of them."""
