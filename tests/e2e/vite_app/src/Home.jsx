import { useEffect, useState } from "react";
import { Link } from "react-router";
import hills from "./hills.png";

export function Home() {
  const [projects, setProjects] = useState([]);

  useEffect(() => {
    fetch("/projects.json").then((response) => response.json()).then(setProjects);
  }, []);

  return (
    <main>
      <h1>Projects</h1>
      <img src={hills} alt="Hills at dusk" width="640" height="240" />
      <ul>
        {projects.map(({ id, name }) => (
          <li key={id}><Link to={`/projects/${id}`}>{name}</Link></li>
        ))}
      </ul>
      <a href="/downloads/price%20list.txt">Price list</a>
    </main>
  );
}
