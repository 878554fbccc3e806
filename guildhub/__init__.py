"""guildhub: settings, urls, background jobs, the embedded servers, and the pages that gather from many apps."""
