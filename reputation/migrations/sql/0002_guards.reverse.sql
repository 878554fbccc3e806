GRANT SELECT, INSERT, UPDATE, DELETE ON reputation_account, reputation_transfer, reputation_entry TO :app_role:;
GRANT USAGE, SELECT ON SEQUENCE reputation_entry_id_seq TO :app_role:;
ALTER TABLE reputation_account RESET (fillfactor);
DROP TRIGGER account_keeps_its_owner ON reputation_account;
DROP TRIGGER account_stays ON reputation_account;
DROP TRIGGER entry_append_only ON reputation_entry;
DROP TRIGGER transfer_append_only ON reputation_transfer;
DROP TRIGGER entry_sums_to_zero ON reputation_entry;
DROP FUNCTION reputation_check_balanced();
