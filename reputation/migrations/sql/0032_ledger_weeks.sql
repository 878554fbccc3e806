-- Web and worker read how far the numbers went; they draw none.
GRANT SELECT ON SEQUENCE reputation_transfer_number_seq TO :app_role:;
INSERT INTO reputation_ledgercount (id, counted, noted, noted_by) VALUES (1, 0, 0, 0);
