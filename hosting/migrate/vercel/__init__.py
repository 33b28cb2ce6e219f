"""Vercel projects: vercel.json, and what package.json and `.vercel/project.json` say about the build."""
