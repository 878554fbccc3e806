REVOKE UPDATE (hidden_at, hidden_for) ON core_statechange FROM :app_role:;
