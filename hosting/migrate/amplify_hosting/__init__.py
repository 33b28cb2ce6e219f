"""Amplify Hosting: amplify.yml, customHttp.yml, the app in AWS, the Gen 1 category `amplifyhosting`, and Gen 2."""
