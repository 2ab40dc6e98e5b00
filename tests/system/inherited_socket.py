#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""inherited_socket.py PROGRAM ARGUMENT... - runs lathed as its systemd units do: with a socket of this
network, and in a network of its own, where it can open no other that reaches anybody."""
import os
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", 0))
os.dup2(sock.fileno(), 3)
os.set_inheritable(3, True)
os.environ["LISTEN_FDS"] = "1"
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp("unshare", ["unshare", "--net", *sys.argv[1:]])
