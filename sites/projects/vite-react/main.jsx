import { lazy, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes } from "react-router";
import "./main.css";

const Berth = lazy(() => import("./Berth.jsx"));

function Home() {
  return <><h1>Harbour</h1><Link to="/berths/v1.2">Berth v1.2</Link></>;
}

createRoot(document.getElementById("root")).render(
  <BrowserRouter>
    <Suspense fallback={<p>Loading</p>}>
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/berths/:name" element={<Berth />} />
        <Route path="*" element={<h1>No such page</h1>} />
      </Routes>
    </Suspense>
  </BrowserRouter>,
);
