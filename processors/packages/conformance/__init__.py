"""What a processor must bear before visitors meet it: one file for each side of the contract."""
