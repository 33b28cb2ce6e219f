"""Response headers by path: read as Amplify or Netlify write them, checked, and set at the edge. Pure."""
