import { Link } from "gatsby";
import * as React from "react";
import hills from "../../content/hills.png";
import "../page.css";

const PAGES = ["/", "/about/", "/guide/", "/guide/install/", "/guide/v1.2/", "/guide/deep/", "/guide/deep/notes/"];

export default function Page({ location }) {
  return (
    <main>
      <h1>{location.pathname}</h1>
      {PAGES.map((path) => <p key={path}><Link to={path}>{path}</Link></p>)}
      <img src={hills} alt="Hills" />
    </main>
  );
}
