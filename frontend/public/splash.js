// The background of the last theme, before the page has loaded: no white flash.
try {
  const background = localStorage.getItem('keel.background')
  if (background) document.documentElement.style.background = background
} catch {
  // The style sheet's stands, which is that of the default theme.
}
