"""The inside of a processor host: a child process that runs one processor for the sessions of one worker."""
