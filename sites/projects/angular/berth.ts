import { Component } from "@angular/core";

@Component({ selector: "app-berth", template: '<h1>Berth</h1><img src="hills.png" alt="Hills">' })
export class Berth {}
