import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import { Home } from "./Home.jsx";
import "./main.css";

// A chunk of its own, which the browser fetches when the route is first shown.
const Project = lazy(() => import("./Project.jsx"));

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <BrowserRouter>
      <Suspense fallback={<p>Loading…</p>}>
        <Routes>
          <Route path="/" element={<Home />} />
          <Route path="/projects/:id" element={<Project />} />
          <Route path="*" element={<h1>No such page</h1>} />
        </Routes>
      </Suspense>
    </BrowserRouter>
  </StrictMode>,
);
