import { Link, useParams } from "react-router";
import "./Project.css";

export default function Project() {
  const { id } = useParams();
  return (
    <main className="project">
      <h1>Project {id}</h1>
      <p>Rendered in the browser, from a chunk that only this route loads.</p>
      <Link to="/">All projects</Link>
    </main>
  );
}
