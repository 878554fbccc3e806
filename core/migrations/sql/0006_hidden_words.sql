-- A declared step stands, but its words may go: with their author, or because a moderator hid them.
GRANT UPDATE (hidden_at, hidden_for) ON core_statechange TO :app_role:;
