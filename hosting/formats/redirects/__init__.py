"""Redirects and rewrites: read as Amplify or Netlify write them, checked, and run at the edge. Pure."""
