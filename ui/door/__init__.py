"""The door: who asks to come in, shown only once it is looked at, and what a host answers."""
