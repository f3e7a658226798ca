"""slackguide as a process: started, stopped, killed, and called over sockets."""
