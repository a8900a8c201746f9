SHELL = /bin/true
