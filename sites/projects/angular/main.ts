import { Component } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { provideRouter, RouterLink, RouterOutlet } from "@angular/router";

@Component({ selector: "app-home", imports: [RouterLink], template: '<h1>Harbour</h1><a routerLink="/berths/v1.2">Berth</a>' })
class Home {}

@Component({ selector: "app-root", imports: [RouterOutlet], template: "<router-outlet />" })
class Root {}

bootstrapApplication(Root, {
  providers: [
    provideRouter([
      { path: "", component: Home },
      { path: "berths/:name", loadComponent: () => import("./berth").then((module) => module.Berth) },
    ]),
  ],
});
