"""The server: the local app's pages, its socket, and the door that guards both."""
