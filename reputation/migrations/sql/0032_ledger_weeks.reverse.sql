DELETE FROM reputation_ledgercount;
REVOKE SELECT ON SEQUENCE reputation_transfer_number_seq FROM :app_role:;
