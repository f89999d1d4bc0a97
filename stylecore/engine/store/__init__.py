"""What outlives the server: records in a database, pictures in files, and the thread that writes them."""
