"""slackguide as a process: started, stopped, killed, and asked over real sockets."""
