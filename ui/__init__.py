"""What people see: a Qt window over one home. Stands on `app`, knows nothing of `p2p`."""
