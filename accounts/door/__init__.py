"""The door: how somebody proves who they are, with allauth behind our own pages (docs/signing-in.md)."""
