@echo off
rem Starts Keel from a terminal.
"%~dp0..\keel.exe" %*
