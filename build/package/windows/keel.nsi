; Installs Keel for one user, without an administrator.
;
; windows.sh defines VERSION, NUMBERS (four of them), STAGE (what is installed), ICON
; and TARGET.
Unicode true
SetCompressor /SOLID lzma
; The files' dates are those of the stage, which windows.sh has set to the commit's.
SetDateSave on
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10

!include MUI2.nsh
!include WinMessages.nsh
!include x64.nsh
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Keel"
!define CLASSES "Software\Classes"
!define WEBVIEW "{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "Keel"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Keel"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "Keel"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Keel's installer"
VIAddVersionKey "CompanyName" "The Keel authors"
VIAddVersionKey "LegalCopyright" "The Keel authors, MIT licence"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\keel.exe"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "Your settings ($APPDATA\keel), conversations and checkpoints stay where they are. Delete them yourself if you want them gone."
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_ICONSTOP "Keel needs a 64-bit Windows. Nothing was installed." /SD IDOK
    Abort
  ${EndIf}
FunctionEnd

; A program that runs cannot be replaced or deleted. This looks first, so that nothing
; is done by half: what cannot be written to runs.
!macro MustNotRun OF WHAT
  Function ${OF}MustNotRun
    again:
      IfFileExists "$INSTDIR\keel.exe" 0 free
      ClearErrors
      FileOpen $0 "$INSTDIR\keel.exe" a
      IfErrors 0 closed
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Keel is running. Close all of its windows, then try again. ${WHAT}" /SD IDCANCEL IDRETRY again
      SetErrorLevel 1
      Abort "Keel is running. ${WHAT}"
    closed:
      FileClose $0
    free:
  FunctionEnd
!macroend
!insertmacro MustNotRun "" "Nothing was installed."
!insertmacro MustNotRun "un." "Nothing was removed."

; Keel shows its window with Microsoft's WebView2, which Windows 11 has and Windows 10
; mostly. Nothing is downloaded here: its vendor's page is opened if the user wants it.
Function TellOfWebView
  ReadRegStr $0 HKLM "SOFTWARE\Microsoft\EdgeUpdate\Clients\${WEBVIEW}" "pv"
  StrCmp $0 "" 0 found
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\${WEBVIEW}" "pv"
  StrCmp $0 "" 0 found
  ReadRegStr $0 HKCU "Software\Microsoft\EdgeUpdate\Clients\${WEBVIEW}" "pv"
  StrCmp $0 "" missing found
  missing:
    MessageBox MB_YESNO|MB_ICONINFORMATION "Keel is installed, but Windows lacks Microsoft's WebView2, which Keel shows its window with. Open Microsoft's page to get it?" /SD IDNO IDNO found
    ExecShell "open" "https://developer.microsoft.com/microsoft-edge/webview2/"
  found:
FunctionEnd

Section "Keel" SectionKeel
  SectionIn RO
  Call MustNotRun
  SetOutPath "$INSTDIR"
  File /r "${STAGE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Keel.lnk" "$INSTDIR\keel.exe"

  ; keel:// links only ever open a file or a folder, after asking.
  WriteRegStr HKCU "${CLASSES}\keel" "" "URL:Keel"
  WriteRegStr HKCU "${CLASSES}\keel" "URL Protocol" ""
  WriteRegStr HKCU "${CLASSES}\keel\DefaultIcon" "" "$\"$INSTDIR\keel.exe$\",0"
  WriteRegStr HKCU "${CLASSES}\keel\shell\open\command" "" "$\"$INSTDIR\keel.exe$\" $\"%1$\""

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Keel"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\keel.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Keel authors"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" "$\"$INSTDIR\uninstall.exe$\""
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" "$\"$INSTDIR\uninstall.exe$\" /S"
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  Call TellOfWebView
SectionEnd

Section "keel in terminals (PATH)" SectionPath
  nsExec::ExecToLog '"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -File "$INSTDIR\path.ps1" add "$INSTDIR\bin"'
  Pop $0
  StrCmp $0 "0" +2
    DetailPrint "PATH could not be changed; it is as it was. Add $INSTDIR\bin to it yourself to have keel in terminals."
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
SectionEnd

Section "Open with Keel, for folders and files" SectionOpen
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Keel" "" "Open with Keel"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Keel" "Icon" "$INSTDIR\keel.exe"
  WriteRegStr HKCU "${CLASSES}\Directory\shell\Keel\command" "" "$\"$INSTDIR\keel.exe$\" $\"%V$\""
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Keel" "" "Open with Keel"
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Keel" "Icon" "$INSTDIR\keel.exe"
  WriteRegStr HKCU "${CLASSES}\Directory\Background\shell\Keel\command" "" "$\"$INSTDIR\keel.exe$\" $\"%V$\""
  ; Among the programs to open a file with; what opens it by itself stays.
  WriteRegStr HKCU "${CLASSES}\Applications\keel.exe" "FriendlyAppName" "Keel"
  WriteRegStr HKCU "${CLASSES}\Applications\keel.exe\shell\open\command" "" "$\"$INSTDIR\keel.exe$\" $\"%1$\""
SectionEnd

Section "Uninstall"
  Call un.MustNotRun
  nsExec::ExecToLog '"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -File "$INSTDIR\path.ps1" remove "$INSTDIR\bin"'
  Pop $0
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
  DeleteRegKey HKCU "${CLASSES}\keel"
  DeleteRegKey HKCU "${CLASSES}\Directory\shell\Keel"
  DeleteRegKey HKCU "${CLASSES}\Directory\Background\shell\Keel"
  DeleteRegKey HKCU "${CLASSES}\Applications\keel.exe"
  DeleteRegKey HKCU "${UNINSTALL}"
  Delete "$SMPROGRAMS\Keel.lnk"
  ; Only what was installed, by name: the folder may have been one of the user's.
  !include "${FILES}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DetailPrint "Your settings, conversations and checkpoints stay in $APPDATA\keel and $LOCALAPPDATA\keel."
SectionEnd
