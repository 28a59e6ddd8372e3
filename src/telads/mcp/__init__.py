"""Assistants by the Model Context Protocol: read-only tools over a workspace (docs/assistants.md).

tools.py   a tool for each question, made from its declaration; what an assistant sends is checked
server.py  the tools and documents as a server of the protocol; standard input and output
http.py    the same over HTTP, for programs with an API key
"""
