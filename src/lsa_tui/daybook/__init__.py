"""What the program does for its users: one function per thing, called by keys, taps and commands alike."""
