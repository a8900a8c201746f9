return 0
exit 0
