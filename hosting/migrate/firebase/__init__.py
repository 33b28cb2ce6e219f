"""Firebase Hosting projects: firebase.json and .firebaserc."""
