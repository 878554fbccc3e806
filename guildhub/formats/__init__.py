"""How languages write numbers and dates, where Django doesn't know or doesn't group as people there do."""
