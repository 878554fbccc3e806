SELECT 1;  -- what was freed stays free
