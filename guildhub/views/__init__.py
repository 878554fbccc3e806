"""The pages that gather from many apps."""
